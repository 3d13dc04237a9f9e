/**
 * Cases of VirtualMachineNetworkConfigs.
 *
 * @module
 */
import { type Case, invalid, review } from "./cases.ts";
import { DB_MAC, vmnetcfg } from "./objects.ts";

const KIND = "VirtualMachineNetworkConfig";
const allowed = { allowed: true };
const MAC = "52:54:00:00:00:02";
const on50 = (more: { readonly macAddress?: string; readonly ipAddress?: string } = {}) => ({
  networkName: "default/net-50",
  macAddress: MAC,
  ...more,
});

function refusedAddress(name: string, ipAddress: string, message: string): Case {
  return review(name, { object: vmnetcfg("tenant/web", [on50({ ipAddress })]) }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.networkConfig[0].ipAddress",
      `Invalid value: "${ipAddress}": ${message}`,
    ]]),
  });
}

/** The cases. */
export const VMNETCFG_CASES: readonly Case[] = [
  review("a NIC on a served network is allowed", {
    object: vmnetcfg("tenant/web", [on50({ ipAddress: "10.50.0.200" })]),
  }, allowed),
  review("every bad field of every NIC is named at once", {
    object: vmnetcfg("tenant/web", [
      { networkName: "net-50", macAddress: "52:54:00" },
      { networkName: "default/Net", macAddress: MAC, ipAddress: "10.50.0" },
    ]),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [
      [
        "spec.networkConfig[0].macAddress",
        'Invalid value: "52:54:00": must be a MAC address such as 52:54:00:12:34:56: six octets wanted',
      ],
      [
        "spec.networkConfig[1].networkName",
        'Invalid value: "default/Net": must be "namespace/name" or "name": "Net" is not a lower-case DNS name',
      ],
      [
        "spec.networkConfig[1].ipAddress",
        'Invalid value: "10.50.0": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
      ],
    ]),
    warnings: [
      "spec.networkConfig[0].networkName: there is no NetworkAttachmentDefinition tenant/net-50 yet",
    ],
  }),
  review("S7: a network that is not there yet is warned about, in the released spelling, too", {
    object: vmnetcfg("tenant/web", undefined, {
      networkConfigs: [{ networkName: "default/net-51", macAddress: MAC }],
      networkConfig: undefined as never,
    }),
  }, {
    allowed: true,
    warnings: [
      "spec.networkConfigs[0].networkName: there is no NetworkAttachmentDefinition default/net-51 yet",
    ],
  }),
  review("a network without a pool is warned about", {
    object: vmnetcfg("tenant/web", [{ networkName: "default/net-48", macAddress: MAC }]),
  }, {
    allowed: true,
    warnings: ["spec.networkConfig[0].networkName: no IPPool serves default/net-48 yet"],
  }),
  refusedAddress(
    "a wanted address outside the subnet is refused",
    "10.51.0.10",
    "must be a host address of 10.50.0.0/24, IPPool pools/fifty",
  ),
  refusedAddress(
    "the router's address is refused",
    "10.50.0.1",
    "must not be the server's or the router's address of IPPool pools/fifty",
  ),
  refusedAddress(
    "an excluded address is refused",
    "10.50.0.20",
    "must not be an address that IPPool pools/fifty excludes",
  ),
  review("the address and the MAC address that the VM has itself are nothing to warn about", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/db", [on50({ macAddress: DB_MAC, ipAddress: "10.50.0.10" })]),
    oldObject: vmnetcfg("tenant/db", [on50({ macAddress: DB_MAC })]),
  }, allowed),
  ...["52:54:00:00:01:01", "52:54:00:00:00:55"].map((macAddress) =>
    review(`a MAC address of another network is nothing to warn about: ${macAddress}`, {
      object: vmnetcfg("tenant/web", [on50({ macAddress })]),
    }, allowed)
  ),
  review("an address that is none is named once", {
    object: vmnetcfg("tenant/web", [on50({ ipAddress: "10.50.0" })]),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.networkConfig[0].ipAddress",
      'Invalid value: "10.50.0": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
    ]]),
  }),
  review("a wanted address in use and a MAC address in use are warned about", {
    object: vmnetcfg("tenant/web", [
      on50({ ipAddress: "10.50.0.10" }),
      on50({ macAddress: "52-54-00-00-00-01" }),
    ]),
  }, {
    allowed: true,
    warnings: [
      `spec.networkConfig[0].ipAddress: 10.50.0.10 is in use by ${DB_MAC}: the VM waits until it is free`,
      "spec.networkConfig[1].macAddress: VM tenant/db has 52-54-00-00-00-01 on default/net-50 too: only one of both can run",
    ],
  }),
  review("T1: a MAC address that another namespace has is warned about", {
    object: vmnetcfg("other/web", [on50({ macAddress: DB_MAC })]),
  }, {
    allowed: true,
    warnings: [
      `spec.networkConfig[0].macAddress: VM tenant/db has ${DB_MAC} on default/net-50 too: this NIC gets no address while that one wants it`,
    ],
  }),
  review("an edit of one NIC judges that one, and warns about faults that were there before", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", [
      { networkName: "default/gone", macAddress: "x" },
      on50({ ipAddress: "10.51.0.10" }),
    ]),
    oldObject: vmnetcfg("tenant/web", [{ networkName: "default/gone", macAddress: "x" }, on50()]),
  }, {
    allowed: false,
    warnings: [
      "spec.networkConfig[0].macAddress: must be a MAC address such as 52:54:00:12:34:56: six octets wanted (it was so before)",
    ],
    status: invalid(KIND, "web", [[
      "spec.networkConfig[1].ipAddress",
      'Invalid value: "10.51.0.10": must be a host address of 10.50.0.0/24, IPPool pools/fifty',
    ]]),
  }),
  review("a list that is none, and a NIC that is none, are refused", {
    object: vmnetcfg("tenant/web", [null as never, on50()], { networkConfigs: "none" as never }),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [
      ["spec.networkConfig[0]", "Invalid value: null: must be an object"],
      ["spec.networkConfigs", 'Invalid value: "none": must be a list'],
      [
        "spec.networkConfigs",
        'Invalid value: "none": must not stand beside networkConfig: use one of both',
      ],
    ]),
  }),
  review("an object without a spec is refused", {
    object: { ...vmnetcfg("tenant/web", []), spec: undefined } as never,
  }, {
    allowed: false,
    status: invalid(KIND, "web", [["spec", "is required"]]),
  }),
  review("vmName may not change", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", [on50()], { vmName: "other" }),
    oldObject: vmnetcfg("tenant/web", [on50()]),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.vmName",
      'Invalid value: "other": must not change: it was "web"',
    ]]),
  }),
  review("a NIC whose network is gone does not stand in the way of another edit", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", [{ networkName: "default/gone", macAddress: MAC }], {
      paused: true,
    }),
    oldObject: vmnetcfg("tenant/web", [{ networkName: "default/gone", macAddress: MAC }]),
  }, allowed),
  review("a deletion is allowed", {
    operation: "DELETE",
    oldObject: vmnetcfg("tenant/web", [on50()]),
  }, allowed),
];
