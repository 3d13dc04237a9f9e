/**
 * For whom the tokens are by which the controller asks agents.
 *
 * @module
 */

/**
 * The audience of these tokens: one that is stolen on its way to an agent, whose HTTP is not encrypted, is good for nothing else; the API
 * server refuses it. Source: Kubernetes documentation, "ServiceAccount token volume projection".
 */
export const AGENT_AUDIENCE = "vm-dhcp-agent";
