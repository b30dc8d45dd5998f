import type { ServiceModel, StructureShape } from "../../../../model/service-model.ts";

/** The structures that requests of a service are made of, by their names, each once. */
export function inputShapes(model: ServiceModel): readonly (readonly [name: string, StructureShape])[] {
  const found = new Map<string, StructureShape>();
  const visit = (name: string): void => {
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`the model has no shape ${name}`);
    if (shape.type === "list") visit(shape.item);
    if (shape.type === "map") visit(shape.value);
    if (shape.type !== "structure" || found.has(name)) return;
    found.set(name, shape);
    for (const member of Object.values(shape.members)) visit(member.shape);
  };
  for (const { input } of Object.values(model.operations)) if (input !== undefined) visit(input);
  return [...found];
}
