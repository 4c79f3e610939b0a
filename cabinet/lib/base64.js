// Bytes as base64 (RFC 4648, section 4).

const CHUNK = 0x8000; // what String.fromCharCode takes at once

/** @param {Uint8Array|string} content a string goes as UTF-8 */
export function encode(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

/** For addresses and the like (section 5), without padding. */
export function encodeForUrl(bytes) {
  return encode(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
