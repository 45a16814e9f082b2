// CEL in JavaScript: a program parsed once, its variables typed as far as JSON is.
import { Environment } from "@marcbachmann/cel-js";

export const name = "cel-js";
export const packageName = "@marcbachmann/cel-js";

const flights = (environment) =>
  environment
    .registerVariable("Origin", "string")
    .registerVariable("Country", "string")
    .registerVariable("Value", "int")
    .registerVariable("Adults", "int");
const calls = (environment) =>
  environment.registerVariable("tool", "map").registerVariable("args", "map");

// What an error ends is a no.
function orNo(program) {
  return (variables) => {
    try {
      return program(variables) === true;
    } catch {
      return false;
    }
  };
}

// A message, or an input, as the program takes it.
export function prepare(task, message) {
  return task === "flights"
    ? { ...message, Value: BigInt(message.Value), Adults: BigInt(message.Adults) }
    : { tool: { name: message.params.name }, args: message.params.arguments ?? {} };
}

export function compile(task, text, policy) {
  if (task === "flights") return orNo(flights(new Environment()).parse(text));
  return orNo(calls(new Environment()).parse(task === "line" ? policy(".cel") : text));
}
