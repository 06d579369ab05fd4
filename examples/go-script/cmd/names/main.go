// Names prints names.
package main

import "fmt"

func main() { fmt.Println("Ada Grace Edsger") }
