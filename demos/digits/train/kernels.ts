import {
  conv2d,
  type NamedTensorInfoMap,
  pad,
  registerKernel,
  reverse,
  type Tensor4D,
  tidy,
  transpose,
  unregisterKernel,
} from "@tensorflow/tfjs-core";

interface Gradient {
  strides: number | [number, number];
  pad: string;
}

/**
 * Gradients of a convolution for the WebAssembly backend, which lacks one with respect to the filter and has a slow
 * one with respect to the input. Both are convolutions themselves, and the forward kernel is fast.
 * Only for what this network uses: stride 1, "same" padding, odd filters.
 */
export function registerConvolutionGradients(): void {
  registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = checked(inputs, attrs as unknown as Gradient);
      const [height = 1, width = 1] = (attrs as unknown as { filterShape: number[] }).filterShape;
      const [above, beside] = [(height - 1) / 2, (width - 1) / 2];
      return tidy(() => {
        const padded = pad(x, [
          [0, 0],
          [above, above],
          [beside, beside],
          [0, 0],
        ]);
        // Input channels take the place of the batch, the batch that of the channels.
        const sums = conv2d(
          transpose(padded, [3, 1, 2, 0]),
          transpose(dy, [1, 2, 0, 3]),
          1,
          "valid",
        );
        return transpose(sums, [1, 2, 0, 3]);
      });
    },
  });
  unregisterKernel("Conv2DBackpropInput", "wasm");
  registerKernel({
    kernelName: "Conv2DBackpropInput",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, filter } = checked(inputs, attrs as unknown as Gradient);
      return tidy(() => conv2d(dy, transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, "same"));
    },
  });
}

function checked(
  inputs: NamedTensorInfoMap,
  { strides, pad }: Gradient,
): Record<"x" | "dy" | "filter", Tensor4D> {
  if ([strides].flat().some((stride) => stride !== 1) || pad !== "same")
    throw new Error("kernels: only stride 1 and same padding");
  return inputs as unknown as Record<"x" | "dy" | "filter", Tensor4D>;
}
