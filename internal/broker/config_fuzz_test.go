package broker

import "testing"

// What is taken for a config names apps, and clients of them that somebody can be.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":1,"apps":[{"name":"takopi"}],"clients":[{"uid":1000,"grants":[{"app":"takopi"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			return
		}
		if len(c.Apps) == 0 || len(c.Clients) == 0 || len(c.Clients) > maxClients {
			t.Errorf("%d apps and %d clients are taken", len(c.Apps), len(c.Clients))
		}
	})
}
