// SPDX-License-Identifier: MIT
// A server and eight clients in one program, and files beside.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
)

const clients, requests = 8, 1500

func get(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.Repeat("you asked for "+r.URL.Path+"\n", 20))
	}))
	sums := make([]string, clients)
	var all sync.WaitGroup
	for c := range sums {
		all.Add(1)
		go func(c int) {
			defer all.Done()
			hash := sha256.New()
			name := fmt.Sprint("file", c)
			for i := 0; i < requests; i++ {
				io.WriteString(hash, get(fmt.Sprintf("%s/%d/%d", server.URL, c, i)))
				if i%5 == 0 {
					os.WriteFile(name, []byte(fmt.Sprint("line ", i)), 0o600)
					text, _ := os.ReadFile(name)
					hash.Write(text)
				}
			}
			sums[c] = fmt.Sprintf("%x", hash.Sum(nil))
		}(c)
	}
	all.Wait()
	fmt.Println(sums)
}
