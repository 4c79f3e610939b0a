// Bytes as base64 (RFC 4648, section 4).

const CHUNK = 0x8000; // arguments of one call of String.fromCharCode

/** @param {Uint8Array|string} content a string is encoded as UTF-8 */
export function encode(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

/** Encode for URLs (section 5), without padding. */
export function encodeForUrl(bytes) {
  return encode(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {Uint8Array} */
export function decode(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
