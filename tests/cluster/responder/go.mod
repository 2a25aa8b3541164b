module slipway.dev/tests/responder

go 1.26.0
