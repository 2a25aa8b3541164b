module slipway.dev/tests/loader

go 1.26.0
