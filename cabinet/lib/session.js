// Who is calling: the token and what it claims.

import { demonstrationSession } from "./demonstration.js";

/**
 * @typedef {Object} Session
 * @property {function(): Promise<string>} token the bearer token
 * @property {function(): Promise<boolean>} renew get another one, if that can be done quietly
 * @property {string[]} roles of `client`, `landlord`, `operator`
 * @property {function(): Node} card who works here and how to change that, for the bar
 */

/** Open the session that the configuration asks for. */
export async function openSession(config) {
  if (config.demonstration) return demonstrationSession(config.demonstration);
  const { oidcSession } = await import("./oidc.js");
  return oidcSession(config.oidc);
}
