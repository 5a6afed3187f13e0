// Reads a workflow as GitHub does: its own parser says what is wrong with it.
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow, parseYaml } from './tools.mjs';

export const complaints = async (name, content) => {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const found = context.errors.getErrors().map((error) => error.message);
  if (value) {
    const template = await convertWorkflowTemplate(context, value, undefined, { errorPolicy: 1 });
    found.push(...(template.errors ?? []).map((error) => error.Message));
  }
  return [...new Set(found)];
};

export const readWorkflow = async (name, content) => {
  const found = await complaints(name, content);
  if (found.length > 0) throw new Error(found.join('\n'));
  return parseYaml(content);
};
