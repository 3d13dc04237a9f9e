/**
 * How much is measured.
 *
 * @module
 */
import { COREDHCP, DHCPD, DNSMASQ, KEA } from "../servers/peers.ts";
import type { Plan } from "./measure.ts";

/** Some ten minutes. */
export const FULL_PLAN: Plan = {
  rounds: 5,
  clients: 1_000,
  renewing: 10_000,
  closedMs: 800,
  openMs: 300,
  lowMs: 1_500,
  pauseSeconds: 120,
  networks: 300,
  clientsOfEach: 100,
  peers: [KEA, DHCPD, DNSMASQ, COREDHCP],
};

/** Some seconds: whether everything runs. No figure of it is worth anything. */
export const SHORT_PLAN: Plan = {
  rounds: 1,
  clients: 50,
  renewing: 50,
  closedMs: 100,
  openMs: 100,
  lowMs: 100,
  pauseSeconds: 0.2,
  networks: 5,
  clientsOfEach: 5,
  peers: [],
};
