// Paints a picture of three planes, as video has it, into a rectangle with round corners.

struct Frame {
    // The part of the picture that is shown: left, top, right, bottom, each 0 to 1. Left beyond right mirrors it.
    crop: vec4<f32>,
    // Width and height on the screen, in pixels.
    size: vec2<f32>,
    // Radius of the corners, in pixels.
    radius: f32,
    spare: f32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var luma: texture_2d<f32>;
@group(0) @binding(2) var blue: texture_2d<f32>;
@group(0) @binding(3) var red: texture_2d<f32>;
@group(0) @binding(4) var smooth_sampler: sampler;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) at: vec2<f32>,
}

@vertex
fn corner(@builtin(vertex_index) index: u32) -> Corner {
    let at = vec2<f32>(f32(index & 1u), f32(index >> 1u));
    return Corner(vec4<f32>(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0), at);
}

fn sample(at: vec2<f32>) -> vec3<f32> {
    return vec3<f32>(
        textureSampleLevel(luma, smooth_sampler, at, 0.0).r,
        textureSampleLevel(blue, smooth_sampler, at, 0.0).r,
        textureSampleLevel(red, smooth_sampler, at, 0.0).r,
    );
}

// BT.709 in video range.
fn rgb_from_planes(planes: vec3<f32>) -> vec3<f32> {
    let y = (planes.x - 16.0 / 255.0) * (255.0 / 219.0);
    let u = (planes.y - 128.0 / 255.0) * (255.0 / 224.0);
    let v = (planes.z - 128.0 / 255.0) * (255.0 / 224.0);
    let rgb = vec3<f32>(y + 1.5748 * v, y - 0.187324 * u - 0.468124 * v, y + 1.8556 * u);
    return clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0));
}

// The screen's target takes linear light and makes sRGB of it.
fn linear_from_srgb(srgb: vec3<f32>) -> vec3<f32> {
    let low = srgb / 12.92;
    let high = pow((srgb + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(high, low, srgb < vec3<f32>(0.04045));
}

@fragment
fn paint(in: Corner) -> @location(0) vec4<f32> {
    let at = mix(frame.crop.xy, frame.crop.zw, in.at);
    // Four samples within the pixel, so that a picture that is drawn much smaller does not flicker.
    let step = (frame.crop.zw - frame.crop.xy) / frame.size * 0.25;
    let across = vec2<f32>(step.x, -step.y);
    let planes = (sample(at - step) + sample(at + step) + sample(at - across) + sample(at + across)) * 0.25;
    let beyond = abs(in.at - 0.5) * frame.size - frame.size * 0.5 + frame.radius;
    let distance = length(max(beyond, vec2<f32>(0.0))) + min(max(beyond.x, beyond.y), 0.0) - frame.radius;
    let cover = clamp(0.5 - distance, 0.0, 1.0);
    return vec4<f32>(linear_from_srgb(rgb_from_planes(planes)), cover);
}
