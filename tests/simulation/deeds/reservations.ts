/**
 * What people write by hand beside VMs: VirtualMachineNetworkConfigs that keep an address for a machine elsewhere, or for a VM to come.
 *
 * @module
 */
import { VMNETCFGS } from "../../../kube/mod.ts";
import { mac, reservation } from "../../controller/objects.ts";
import { between, oneOf } from "../engine/random.ts";
import { kind } from "./kind.ts";
import { nicsOf, poolOf, TENANTS } from "./subjects.ts";

/** How many there may be in a namespace, beside those for VMs. */
const NUMBERS = 4;
/** MAC addresses that are no VM's. */
const FIRST_MAC = 0x800;
/** So far into the range are the addresses that are asked for by name. */
const FIRST_ADDRESS = 12;

/** Deeds of people to reservations. */
export const RESERVATIONS = {
  /** Each number asks for the same each time: half of them for an address, half for any. */
  "reserve": kind<
    {
      readonly namespace: string;
      readonly number: number;
      readonly pool: number;
      readonly isGoSpelled: boolean;
    }
  >({
    weight: 0.7,
    draw: ({ random, pool }) => ({
      namespace: oneOf(random, TENANTS),
      number: between(random, 1, NUMBERS),
      pool,
      isGoSpelled: random() < 0.3,
    }),
    act: async ({ person, reservations }, { namespace, number, pool, isGoSpelled }) => {
      const { key: networkName, prefix, start } = poolOf(pool);
      const name = `${namespace}/reserved-${number}`;
      const macAddress = mac(
        FIRST_MAC + TENANTS.findIndex((one) => one === namespace) * 16 + number,
      );
      const ipAddress = number % 2 === 0 ? {} : {
        ipAddress: `${prefix}.${start + FIRST_ADDRESS + number}`,
      };
      reservations.add(name);
      const made = reservation(name, [{ networkName, macAddress, ...ipAddress }]);
      await person.create(VMNETCFGS, isGoSpelled ? goSpelled(made) : made);
    },
  }),
  /** For the first NIC of a VM that is there, or will be: the VM takes it over, and leaves it when it goes. */
  "reserve for vm": kind<{ readonly vm: string; readonly network: string; readonly mac: string }>({
    weight: 0.3,
    draw: ({ random, n, vm }) => {
      const [{ network = "", mac: macAddress = mac(n * 16) } = {}] = nicsOf(n, random);
      return { vm, network, mac: macAddress };
    },
    act: async ({ person, reservations }, { vm, network: networkName, mac: macAddress }) => {
      await person.create(VMNETCFGS, reservation(vm, [{ networkName, macAddress }]));
      reservations.add(vm);
    },
  }),
  "delete reservation": kind<{ readonly namespace: string; readonly number: number }>({
    weight: 0.5,
    draw: ({ random }) => ({
      namespace: oneOf(random, TENANTS),
      number: between(random, 1, NUMBERS),
    }),
    act: ({ person }, { namespace, number }) =>
      person.delete(VMNETCFGS, `${namespace}/reserved-${number}`),
  }),
};

/** As released objects of the Go version spell it. */
function goSpelled(made: object): object {
  const { spec, ...others } = made as { readonly spec: { readonly networkConfig: unknown } };
  const { networkConfig: networkConfigs, ...rest } = spec;
  return { ...others, spec: { ...rest, networkConfigs } };
}
