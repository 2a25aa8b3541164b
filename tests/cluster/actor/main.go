// Actor does what a failing, or a good, program does: it says something, waits, serves, and ends with an exit code.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	say := flag.String("say", "", "what to print first")
	after := flag.Duration("after", 0, "how long to run before the end")
	serve := flag.Bool("serve", false, "answer on 8080 for ever, instead of ending")
	code := flag.Int("code", 0, "the exit code")
	flag.Parse()

	if *say != "" {
		fmt.Println(*say)
	}
	if *serve {
		http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, *say) })
		log.Fatal(http.ListenAndServe(":8080", nil))
	}
	time.Sleep(*after)
	os.Exit(*code)
}
