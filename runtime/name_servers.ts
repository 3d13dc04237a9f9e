/** The addresses of the name servers in the text of `/etc/resolv.conf` (resolv.conf(5)), as they are written. */
export function nameServers(resolvConf: string): readonly string[] {
  return resolvConf.split("\n").map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address) => address !== undefined);
}
