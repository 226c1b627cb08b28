// Prints the icons that the theme's Font Awesome script knows, as JSON: style, name, [width, height, other names, code, outline].
// The script hands them to the window that it runs in, and draws nothing where there is no document.
globalThis.window = {};
require(process.argv[2]);
process.stdout.write(JSON.stringify(window.___FONT_AWESOME___.styles));
