/** A certificate of nobody, for `localhost`, which no client trusts. It guards nothing, so its key is no secret. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8jfTZ8uaHnA5kR1I
2g+5ezQwLGGzkhLCXihk93IkTwOhRANCAAREvUb0wEs/daOL40HZ8L0g2p6GG1fj
VRrolmSuDu+h9dIxgrxbjbpZELSNQ/zH+xXNspnIM0GUUDWTM/W2Cl7K
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUDwpkcOUW/ckOupiVbfNz+X3oEbAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDIzNDI0NVoYDzIxMjYxMTA2
MjM0MjQ1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAREvUb0wEs/daOL40HZ8L0g2p6GG1fjVRrolmSuDu+h9dIxgrxbjbpZ
ELSNQ/zH+xXNspnIM0GUUDWTM/W2Cl7Ko1MwUTAdBgNVHQ4EFgQUcdiSVsx/ywoG
ipLyUpIPQeF76MMwHwYDVR0jBBgwFoAUcdiSVsx/ywoGipLyUpIPQeF76MMwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA5bugQnBnu7BhHUeGYrg/
IlhlcV/n04cnWSBCm38y4Y8CIQDExEBWutw9MqjuiMzThtNg8bW2hYjBezR1Wl88
ea5OzA==
-----END CERTIFICATE-----`,
} as const;
