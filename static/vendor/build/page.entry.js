// What every page with a script needs: controllers, and morphing of regions that the server renders again.
export { Application, Controller } from "@hotwired/stimulus";
export { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
