// Loader sends requests at a steady rate until its standard input ends, half of them on connections that are kept and
// half on new ones, and prints what became of them as JSON. No request is sent twice, whatever became of it, and no
// more than a few are under way at once: a machine that is busy with other things gets fewer, and no heap of them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	timeout = 20 * time.Second
	atOnce  = 32 // requests of each kind
	told    = 20 // failures that are told in words
)

type report struct {
	Sent     int      `json:"sent"`
	Failed   int      `json:"failed"`
	Seconds  float64  `json:"seconds"`
	Slowest  float64  `json:"slowest"`
	Failures []string `json:"failures"`
	lock     sync.Mutex
}

func (r *report) add(begun, took time.Duration, problem string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.Sent++
	r.Slowest = max(r.Slowest, took.Seconds())
	if problem == "" {
		return
	}
	r.Failed++
	if len(r.Failures) < told {
		r.Failures = append(r.Failures, fmt.Sprintf("after %.2f s: %s", begun.Seconds(), problem))
	}
}

// ask sends one request with a body that can be read only once, if it is empty, too: Go's client repeats what it can on a
// connection that was closed in its face, and would hide just what is looked for.
func ask(client *http.Client, url, body string) string {
	method := "GET"
	if body != "" {
		method = "POST"
	}
	request, err := http.NewRequest(method, url, io.NopCloser(strings.NewReader(body)))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err.Error()
	}
	if response.StatusCode != http.StatusOK {
		return response.Status
	}
	return ""
}

func main() {
	url := flag.String("url", "", "where requests go")
	rate := flag.Int("rate", 300, "requests per second, if the machine can")
	body := flag.String("body", "", "JSON that is posted; without it requests are GETs")
	flag.Parse()

	clients := []*http.Client{
		{Timeout: timeout, Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}},
		{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	end := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(end)
	}()

	found := report{Failures: []string{}}
	from := time.Now()
	wanted := make([]chan struct{}, len(clients))
	var senders sync.WaitGroup
	for kind, client := range clients {
		wanted[kind] = make(chan struct{})
		for range atOnce {
			senders.Add(1)
			go func() {
				defer senders.Done()
				for range wanted[kind] {
					began := time.Now()
					problem := ask(client, *url, *body)
					found.add(began.Sub(from), time.Since(began), problem)
				}
			}()
		}
	}
	ticks := time.NewTicker(time.Second / time.Duration(*rate))
	for number := 0; ; number++ {
		select {
		case wanted[number%len(clients)] <- struct{}{}:
			<-ticks.C
			continue
		case <-end:
		}
		break
	}
	for _, each := range wanted {
		close(each)
	}
	senders.Wait()
	found.Seconds = time.Since(from).Seconds()
	json.NewEncoder(os.Stdout).Encode(&found)
}
