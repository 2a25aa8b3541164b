module slipway.dev/tests/actor

go 1.26.0
