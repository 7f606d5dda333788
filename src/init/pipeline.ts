interface PipelineSettings {
  /** What `npm install` takes for dtsync. */
  readonly package: string;
  /** The folder of the inventory in its repository. */
  readonly inventory: string;
}

/** Where the component lies in the repository of an inventory, seen from its root. */
export const componentPath = ".gitlab/dtsync-pipeline.yml";

/** The pipeline for the repository of an inventory: it includes the component that lies there, too. */
export const inventoryPipeline = (settings: PipelineSettings): string => `\
# Checks, plans and applies the inventory with dtsync. Set \`package\` below. DTSYNC_ORIGINS, the origins of the clusters, and the
# variables with their tokens and the SSH key belong to the settings of the project, where a merge request cannot change
# them. docs/gitlab.md of dtsync explains them, and which ones to protect.
stages: [validate, plan, apply]

workflow:
  auto_cancel:
    on_new_commit: interruptible
  # One pipeline for each change: branches other than the default one have theirs with their merge request.
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

# The inputs are described at the beginning of that file. A job of it gets other keywords by a job of the same name here.
include:
  - local: /${componentPath}
    inputs:
      # The address of a package of dtsync, or a registry name with an exact version.
      package: ${JSON.stringify(settings.package)}
      inventory: ${JSON.stringify(settings.inventory)}
`;
