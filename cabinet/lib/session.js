// The caller: the token and its claims.

import { demonstrationSession } from "./demonstration.js";

/**
 * @typedef {Object} Session
 * @property {function(): Promise<string>} token returns the bearer token
 * @property {function(): Promise<boolean>} renew renews the token without interaction; false if it cannot
 * @property {string[]} roles of `client`, `landlord`, `operator`
 * @property {function(): Node} card shows the signed-in person and the button to sign out, for the bar
 */

/** Open a session of the kind that the configuration names. */
export async function openSession(config) {
  if (config.demonstration) return demonstrationSession(config.demonstration);
  const { oidcSession } = await import("./oidc.js");
  return oidcSession(config.oidc);
}
