/**
 * What operators name when they ask a program: pools and machines.
 *
 * @module
 */
import { z } from "zod";

/** A namespace and a name of Kubernetes. */
const POOL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const MAC = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;

/** `namespace/name` of an IPPool. */
export const poolField: z.ZodString = z.string().max(317)
  .regex(POOL, "must be NAMESPACE/NAME of an IPPool");

/** A MAC address, read as lower case with colons. */
export const macField: z.ZodType<string> = z.string()
  .regex(MAC, "must be a MAC address, such as 52:54:00:11:22:01")
  .transform((mac) => mac.toLowerCase().replaceAll("-", ":"));
