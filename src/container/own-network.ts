import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Whether an address lies in a network that this machine has an interface to, as the bridges of an engine on this machine
 * do, also when both run in a container. Those of an engine without root, or in a virtual machine, do not: whoever has the
 * same address here is somebody else.
 */
export function isOnOwnNetwork(address: string | undefined): boolean {
  return address !== undefined && ownNetworks().check(address);
}

function ownNetworks(): BlockList {
  const networks = new BlockList();
  for (const { family, address, cidr } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])) {
    if (family === "IPv4" && cidr !== null) networks.addSubnet(address, Number(cidr.split("/")[1]));
  }
  return networks;
}
