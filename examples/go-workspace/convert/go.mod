module example.com/convert

go 1.22

require (
	example.com/units v0.0.0
	github.com/google/uuid v1.6.0
)

replace example.com/units => ../units
