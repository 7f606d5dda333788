import { jsonAnswer } from "./answers.ts";
import { openObjectOf, required, textOf } from "./body-rules.ts";
import { type Exchange, environmentOf, type Route, type World } from "./world.ts";

function createZone(world: World, exchange: Exchange): Response {
  const environment = environmentOf(exchange).id;
  const { name } = exchange.body as { readonly name: string };
  // A signed 64-bit number, which no JavaScript number can hold.
  const id = BigInt.asIntN(64, BigInt(`0x${world.random.uuid().replaceAll("-", "").slice(0, 16)}`)).toString();
  world.state.managementZones = [...world.state.managementZones, { environment, id, name }];
  return jsonAnswer({ id, name, description: null }, 201);
}

/** Management zones of an environment, as its configuration API makes them. */
export const zoneConfigurationRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/e/:environmentId/api/config/v1/managementZones",
    scopes: ["WriteConfig"],
    writes: true,
    body: openObjectOf({ name: required(textOf({ least: 1 })) }),
    respond: createZone,
  },
];
