/**
 * Where servers differ by habit, whatever they are told.
 *
 * @module
 */
import type { Offer } from "./offer.ts";

/** Options that ours sends where the other has nothing to say: T1 and T2, the routes in Microsoft's number. */
const OURS_ALONE = [58, 59, 249];
const SERVER_NAME = 66;
const BOOT_FILE = 67;
const DOMAIN_SEARCH = 119;
const VENDOR_ENCAPSULATED = 43;

/** Two offers to one client. */
interface Offers {
  readonly ours: Offer;
  readonly theirs: Offer;
}

/** The offers without what is each one's habit. */
export function comparable(
  { ours, theirs }: Offers,
  { wanted, itself }: {
    /** What the client asks for, or is to be told unasked. */
    readonly wanted: readonly number[];
    /** Address of the other server. */
    readonly itself: string;
  },
): Offers {
  const [own, other] = [{ ...ours.options }, { ...theirs.options }];
  for (const code of OURS_ALONE) if (other[code] === undefined) delete own[code];
  // Each sends something to who does not ask for it: ISC dhcpd all, Kea the domain, dnsmasq the broadcast address, ours what
  // firmware needs.
  for (const code of [...Object.keys(own), ...Object.keys(other)].map(Number)) {
    const isAlone = own[code] === undefined || other[code] === undefined;
    if (isAlone && !wanted.includes(code)) {
      delete own[code];
      delete other[code];
    }
  }
  const both = {
    ours: plain({ ...ours, options: own }),
    theirs: plain({ ...theirs, options: other }),
  };
  if (both.theirs.bootFile !== "") return both;
  // A boot file in Kea's option 67 goes to who asks for it, not as `file`.
  const bootFile = wanted.includes(BOOT_FILE) ? both.ours.bootFile : "";
  // dnsmasq is its own boot server where nothing is to be booted.
  const server = theirs.nextServer === itself ? { nextServer: itself, serverName: "" } : {};
  return { ...both, ours: { ...both.ours, bootFile, ...server } };
}

/** An offer whose names are in one place, though a client finds them in the options as well as in `sname` and `file`. */
function plain(offer: Offer): Offer {
  const {
    [DOMAIN_SEARCH]: search,
    [VENDOR_ENCAPSULATED]: encapsulated,
    [SERVER_NAME]: serverName,
    [BOOT_FILE]: bootFile,
    ...others
  } = offer.options;
  const options: Record<number, string> = others;
  if (search !== undefined) options[DOMAIN_SEARCH] = domains(Uint8Array.fromHex(search)).join();
  // dnsmasq marks the end of the sub-options.
  if (encapsulated !== undefined) options[VENDOR_ENCAPSULATED] = encapsulated.replace(/ff$/, "");
  return {
    ...offer,
    ...(serverName !== undefined && { serverName: text(serverName) }),
    ...(bootFile !== undefined && { bootFile: text(bootFile) }),
    options,
  };
}

/** The text of an option, which dnsmasq ends with a 0. */
function text(octets: string): string {
  return new TextDecoder().decode(Uint8Array.fromHex(octets)).replace(/\0$/, "");
}

/** The names in option 119, compressed (RFC 1035 section 4.1.4) or not. */
function domains(octets: Uint8Array): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < octets.length;) {
    const labels: string[] = [];
    let next = at;
    let end: number | undefined;
    for (let length = octets[next] ?? 0; length !== 0; length = octets[next] ?? 0) {
      if (length >= 0xc0) {
        end ??= next + 2;
        next = ((length & 0x3f) << 8) | (octets[next + 1] ?? 0);
      } else {
        labels.push(new TextDecoder().decode(octets.subarray(next + 1, next + 1 + length)));
        next += 1 + length;
      }
    }
    names.push(labels.join("."));
    at = end ?? next + 1;
  }
  return names;
}
