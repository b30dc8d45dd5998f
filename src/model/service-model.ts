/** What the wire layer knows of an AWS service, generated from AWS's own description by `npm run generate`. */
export interface ServiceModel {
  readonly operations: Readonly<Record<string, OperationModel>>;
  /** Shapes by name; every `shape` reference names one of these. */
  readonly shapes: Readonly<Record<string, ShapeModel>>;
}

export interface OperationModel {
  readonly method: string;
  /** As AWS writes it: `/v1/submitjob`, `/v1/tags/{resourceArn}`. */
  readonly path: string;
  /** Name of the input structure; absent where the operation takes nothing. */
  readonly input?: string;
  /** Name of the output structure; absent where the operation answers nothing. */
  readonly output?: string;
}

export type ShapeModel =
  | StructureShape
  | { readonly type: "list"; readonly item: string; readonly min?: number; readonly max?: number }
  | {
      readonly type: "map";
      readonly key: string;
      readonly value: string;
      readonly min?: number;
      readonly max?: number;
    }
  | StringShape
  /** Whole numbers; `min` and `max` bound the value itself. */
  | { readonly type: "integer" | "long"; readonly min?: number; readonly max?: number }
  | { readonly type: "float" | "double" | "boolean" | "timestamp" | "blob" };

export interface StructureShape {
  readonly type: "structure";
  readonly required: readonly string[];
  readonly members: Readonly<Record<string, MemberModel>>;
}

export interface StringShape {
  readonly type: "string";
  /** `min` and `max` bound the length, in characters. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** Text that is not well-formed Unicode is left for the operation to refuse; absent: it is mended. */
  readonly isVerbatim?: true;
  readonly enum?: readonly string[];
}

export interface MemberModel {
  readonly shape: string;
  /** Where the member travels; absent means in the body. */
  readonly location?: "uri" | "querystring";
  /** Its name there, where it differs from the member's own. */
  readonly locationName?: string;
}
