/**
 * The DHCP agent: answers the clients of its networks from their IPPools.
 *
 * @module
 */
export * from "./datagram_port.ts";
export * from "./host_network.ts";
export * from "./types.ts";
export { runAgent } from "./agent.ts";
