// Bare mints as the shortest Go program does: it signs, posts and prints, and
// checks nothing. It shows what a Go process and RSA cost by themselves.
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func main() {
	token, err := mint(os.Getenv("API_URL"), os.Getenv("APP_ID"), os.Getenv("INSTALLATION_ID"), os.Getenv("KEY"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token)
}

func mint(api, app, installation, keyFile string) (string, error) {
	data, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return "", fmt.Errorf("%s holds no PEM", keyFile)
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	now := time.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": app, "iat": now.Add(-time.Minute).Unix(), "exp": now.Add(9 * time.Minute).Unix(),
	}).SignedString(key)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequest(http.MethodPost, api+"/app/installations/"+installation+"/access_tokens", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+signed)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("status %d, %v", resp.StatusCode, err)
	}
	return answer.Token, nil
}
