# How executables are built that somebody will use or measure. Sourced.

# Swift's runtime is linked in, so that its functions are called directly and no toolchain is needed where the executable
# runs; modules are optimised together. Measured: 6 to 11 % of the CPU of the gateway (docs/adr/0012).
release_options=(--configuration release --static-swift-stdlib -Xswiftc -cross-module-optimization)

# Builds one product.
build_release() { swift build "${release_options[@]}" --product "$1"; }
