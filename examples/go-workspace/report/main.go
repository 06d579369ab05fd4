// Report prints a table; nobody builds it into the image.
package main

import "fmt"

func main() { fmt.Println("1 m = 3.28 ft") }
