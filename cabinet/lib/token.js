// The token (RFC 7519).

/** What a token claims. The API verifies it; the page only looks. */
export function claims(token) {
  const bytes = Uint8Array.from(
    atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")),
    (one) => one.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}
