module example.com/graphs

go 1.22
