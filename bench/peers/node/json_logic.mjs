// JsonLogic, its own interpreter.
import jsonLogic from "json-logic-js";

export const name = "json-logic-js";
export const packageName = "json-logic-js";

export function compile(task, text, policy) {
  const rule = JSON.parse(policy(".logic.json"));
  return (message) => jsonLogic.apply(rule, message) === true;
}
