// Ajv: a JSON Schema, compiled to a function.
import { Ajv } from "ajv";

export const name = "Ajv (JSON Schema)";
export const packageName = "ajv";

export function compile(task, text, policy) {
  return new Ajv({ strict: false }).compile(JSON.parse(policy(".schema.json")));
}
