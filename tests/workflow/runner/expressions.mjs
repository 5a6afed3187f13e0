// Evaluates ${{ }} with GitHub's own lexer, parser and evaluator.
import { data, Evaluator, Lexer, Parser } from './tools.mjs';

const STATUS_FUNCTION = /\b(success|failure|always|cancelled)\s*\(/;

const statusFunctions = (status) => {
  const answers = { success: status === 'success', failure: status === 'failure', always: true, cancelled: false };
  return new Map(Object.entries(answers).map(([name, answer]) =>
    [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer) }]));
};

/** `contexts` are plain objects by name: github, env, steps and so on. */
const evaluate = (expression, contexts) => {
  const functions = statusFunctions(contexts.job?.status ?? 'success');
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse();
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver);
  return new Evaluator(tree, dictionary, functions).evaluate();
};

export const interpolate = (text, contexts) =>
  String(text).replace(/\$\{\{(.*?)\}\}/gs, (_, expression) => evaluate(expression, contexts).coerceString());

export const interpolateAll = (texts, contexts) =>
  Object.fromEntries(Object.entries(texts ?? {}).map(([name, text]) => [name, interpolate(text, contexts)]));

/** An `if:`: success() is understood where no status function is named. */
export const holds = (condition, contexts) => {
  const text = condition === undefined ? 'success()' : String(condition).trim().replace(/^\$\{\{(.*)\}\}$/s, '$1');
  const whole = STATUS_FUNCTION.test(text) ? text : `success() && (${text})`;
  return !['', 'false', '0'].includes(evaluate(whole, contexts).coerceString());
};
