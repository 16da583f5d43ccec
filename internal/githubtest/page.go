package githubtest

import (
	"fmt"
	"strconv"
	"strings"
)

// page returns the bounds of the page that the call asks for in a list of n,
// and the Link header that leads to the others, "" on the only page
// (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).
func (c *call) page(n int) (lo, hi int, link string) {
	size := min(c.positive("per_page", 30), 100)
	last := max((n+size-1)/size, 1)
	// A page beyond the last one is empty.
	page := min(c.positive("page", 1), last+1)
	lo, hi = min((page-1)*size, n), min(page*size, n)
	var links []string
	add := func(rel string, to int) {
		query := c.URL.Query()
		query.Set("page", strconv.Itoa(to))
		links = append(links, fmt.Sprintf(`<%s?%s>; rel=%q`, c.origin+c.URL.Path, query.Encode(), rel))
	}
	if page > 1 {
		add("prev", page-1)
		add("first", 1)
	}
	if page < last {
		add("next", page+1)
		add("last", last)
	}
	return lo, hi, strings.Join(links, ", ")
}

// positive returns a query parameter, def where GitHub would fall back to it.
func (c *call) positive(name string, def int) int {
	if n, err := strconv.Atoi(c.URL.Query().Get(name)); err == nil && n > 0 {
		return n
	}
	return def
}
