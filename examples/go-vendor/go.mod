module example.com/years

go 1.22

require example.com/roman v1.2.0
