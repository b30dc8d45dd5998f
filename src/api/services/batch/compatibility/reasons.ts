/** Why members are without effect, or refused, where several are for the same reason. */

export const NO_KUBERNETES = "no Kubernetes back end runs pods yet: jobs on EKS wait and say so";
export const NO_TASK_TAGS = "there are no ECS tasks to put tags on";
export const NO_LOOK_UP = "there is nothing to look it up in";
export const SHAPES_ONLY =
  "instances are shapes that hold jobs of this machine: they have no image, key pair, network or tags of their own";
export const NO_SERVICE = "no service back end runs service jobs: they wait and say so";
export const NO_TASK_NETWORK = "jobs are on the network of the provider";
export const NO_TASK_STORAGE = "jobs have what disk the machine has";
export const ONE_PLATFORM_VERSION =
  "containers are the same on each version: it is checked, as what volumes need it, and shown as LATEST unless given";
export const NO_EXECUTE_COMMAND = "ECS Exec is not here: who can reach the engine can enter the container";

export const NO_NODE_CONSUMABLES =
  "consumable resources of multi-node jobs (⟨path⟩) are not supported yet by this version of Batchyard";
