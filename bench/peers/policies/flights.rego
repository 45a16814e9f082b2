package flights

default allow := false

place if input.Origin == "MOW"

place if input.Country == "RU"

price if input.Value >= 100

price if input.Adults == 1

allow if {
	place
	price
}
