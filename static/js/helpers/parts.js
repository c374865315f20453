/** The elements of a rich text field, from the targets of its controller (`editor` or `summary`). */
export function surfaceParts(controller) {
  const found = (name) => controller.targets.find(name);
  return {
    mount: found("mount"),
    static: found("static"),
    toolbar: found("toolbar"),
    dialog: found("linkDialog"),
    url: found("linkUrl"),
    error: found("linkError"),
    remove: found("linkRemove"),
  };
}
