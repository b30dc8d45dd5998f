import type {
  EksContainer,
  EksContainerEnvironmentVariable,
  EksContainerResourceRequirements,
  EksContainerSecurityContext,
  EksContainerVolumeMount,
  EksEmptyDir,
  EksHostPath,
  EksMetadata,
  EksPersistentVolumeClaim,
  EksPodProperties,
  EksProperties,
  EksSecret,
  EksVolume,
  ImagePullSecret,
} from "../../../../model/batch.ts";
import { withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import { NO_KUBERNETES } from "./reasons.ts";

/** A pod is checked, normalised and shown whole. */
const SHOWN = withoutEffect(NO_KUBERNETES);

export const eksProperties: Declarations<EksProperties> = { podProperties: SHOWN };

export const eksPodProperties: Declarations<EksPodProperties> = {
  serviceAccountName: SHOWN,
  hostNetwork: SHOWN,
  dnsPolicy: SHOWN,
  imagePullSecrets: SHOWN,
  containers: SHOWN,
  initContainers: SHOWN,
  volumes: SHOWN,
  metadata: SHOWN,
  shareProcessNamespace: SHOWN,
};

export const eksContainer: Declarations<EksContainer> = {
  name: SHOWN,
  image: SHOWN,
  imagePullPolicy: SHOWN,
  command: SHOWN,
  args: SHOWN,
  env: SHOWN,
  resources: SHOWN,
  volumeMounts: SHOWN,
  securityContext: SHOWN,
};

export const eksContainerEnvironmentVariable: Declarations<EksContainerEnvironmentVariable> = {
  name: SHOWN,
  value: SHOWN,
};

export const eksContainerResourceRequirements: Declarations<EksContainerResourceRequirements> = {
  limits: SHOWN,
  requests: SHOWN,
};

export const eksContainerSecurityContext: Declarations<EksContainerSecurityContext> = {
  runAsUser: SHOWN,
  runAsGroup: SHOWN,
  privileged: SHOWN,
  allowPrivilegeEscalation: SHOWN,
  readOnlyRootFilesystem: SHOWN,
  runAsNonRoot: SHOWN,
};

export const eksContainerVolumeMount: Declarations<EksContainerVolumeMount> = {
  name: SHOWN,
  mountPath: SHOWN,
  subPath: SHOWN,
  readOnly: SHOWN,
};

export const eksVolume: Declarations<EksVolume> = {
  name: SHOWN,
  hostPath: SHOWN,
  emptyDir: SHOWN,
  secret: SHOWN,
  persistentVolumeClaim: SHOWN,
};

export const eksHostPath: Declarations<EksHostPath> = { path: SHOWN };

export const eksEmptyDir: Declarations<EksEmptyDir> = { medium: SHOWN, sizeLimit: SHOWN };

export const eksSecret: Declarations<EksSecret> = { secretName: SHOWN, optional: SHOWN };

export const eksPersistentVolumeClaim: Declarations<EksPersistentVolumeClaim> = {
  claimName: SHOWN,
  readOnly: SHOWN,
};

export const eksMetadata: Declarations<EksMetadata> = { labels: SHOWN, annotations: SHOWN, namespace: SHOWN };

export const imagePullSecret: Declarations<ImagePullSecret> = { name: SHOWN };
