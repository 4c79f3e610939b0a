// The token (RFC 7519).

/** Return the claims of a token. The API verifies tokens; the page only reads them. */
export function claims(token) {
  const bytes = Uint8Array.from(
    atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")),
    (character) => character.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}
