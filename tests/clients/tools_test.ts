/** Tools of network engineers, whose view of the answers is their own. */
import assert from "node:assert/strict";
import { ServedLab } from "../network/served_lab.ts";
import { ADDRESS, exchangeOf, Stage } from "./live/stage.ts";
import { keepSights } from "./record.ts";

/** Where the tool itself is: neither of them asks for an address of its own. */
const OWN = "192.168.48.10/24";

Deno.test("nmap's broadcast-dhcp-discover reads the whole offer", async () => {
  await using served = await ServedLab.open();
  const stage = await Stage.open(served, "nmap");
  const { guest } = stage;
  await guest.run("ip", "address", "add", OWN, "dev", "eth0");
  const script = "broadcast-dhcp-discover";
  const args = `${script}.mac=${guest.macAddress},${script}.timeout=4`;
  const said = await guest.run(
    ..."nmap -n -e eth0 --script".split(" "),
    script,
    "--script-args",
    args,
  );
  const read = [...said.matchAll(/^\|[_ ] {4}(\S[^:]+): (.+)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  assert.deepEqual(Object.fromEntries(read), {
    "Interface": "eth0",
    "IP Offered": ADDRESS,
    "DHCP Message Type": "DHCPOFFER",
    "Subnet Mask": "255.255.255.0",
    "Router": "192.168.48.1",
    "Domain Name Server": "192.168.48.53",
    "Broadcast Address": "192.168.48.255",
    "IP Address Lease Time": "365d00h00m00s",
    "Server Identifier": "192.168.48.77",
    "Renewal Time Value": "182d12h00m00s",
    "Rebinding Time Value": "319d09h00m00s",
  });
  await keepSights({ name: "nmap broadcast-dhcp-discover", package: "nmap" }, {
    "reads the offer": {
      does: true,
      seen: [...stage.exchange(), ...read.map(([name]) => name)].join(", "),
      remark:
        "only with --script-args broadcast-dhcp-discover.mac=MAC, of a MAC address that has an address: others meet silence (rule 15)",
    },
  });
});

Deno.test("perfdhcp counts an answer for every question: four clients, renewals and releases, as through a relay", async () => {
  await using served = await ServedLab.open();
  const stage = await Stage.open(served, "perfdhcp");
  const { guest } = stage;
  await guest.run("ip", "address", "add", OWN, "dev", "eth0");
  await stage.write({
    leases: Object.fromEntries(
      [0, 1, 2, 3].map((host) => [`192.168.48.9${host}`, `52:54:00:aa:00:0${host}`]),
    ),
  });
  // It ends with 3 whatever comes: it counts a RELEASE, which nobody answers, as dropped.
  const said = await guest.run(
    "sh",
    "-c",
    "perfdhcp -4 -l eth0 -b mac=52:54:00:aa:00:00 -R 4 -r 20 -f 5 -F 5 -n 40 -d 8 -W 1000000 192.168.48.77 || [ $? = 3 ]",
  );
  const counts = (exchange: string) => {
    const section = said.split("***Statistics for: ").find((one) => one.startsWith(exchange)) ?? "";
    const [sent = 0, received = -1] = [/sent packets: (\d+)/, /received packets: (\d+)/].map((
      of,
    ) => Number(of.exec(section)?.[1]));
    return { sent, received };
  };
  assert.deepEqual(counts("DISCOVER-OFFER***"), { sent: 40, received: 40 });
  assert.deepEqual(counts("REQUEST-ACK***"), { sent: 40, received: 40 });
  const renewals = counts("REQUEST-ACK (renewal)***");
  assert.equal(renewals.received, renewals.sent);
  assert.ok(renewals.sent > 0, said);
  const steps = exchangeOf(served, "perfdhcp");
  const releases = steps.filter((step) => step === "RELEASE: released").length;
  assert.equal(releases, counts("RELEASE***").sent);
  await keepSights({ name: "perfdhcp", package: "kea-admin" }, {
    "finds every question answered": {
      does: true,
      seen: [...new Set(steps)].toSorted().join(", "),
      remark: "it counts a RELEASE, which nobody answers, as dropped",
    },
  });
});
