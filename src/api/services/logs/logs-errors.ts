import { ApiError } from "../../errors.ts";

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterException", message);
}

export function invalidNextToken(): ApiError {
  return invalidParameter("The specified nextToken is invalid.");
}

export function groupNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log group does not exist.");
}

export function streamNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function groupExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log group already exists");
}

export function streamExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log stream already exists");
}
