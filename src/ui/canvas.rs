//! Pictures of calls within the panels. A picture goes to the graphics card as it comes from the decoder, in three
//! planes, and a shader of our own makes colours of it where it is drawn: nothing is converted on the way, and a picture
//! that is already there is not sent again.

use crate::media::{picture::Picture, video::engine::Shown};
use bevy::{
    platform::collections::HashMap,
    prelude::*,
    render::{
        Render, RenderApp, RenderSystems,
        render_phase::TrackedRenderPass,
        render_resource::{
            BindGroup, BindGroupEntries, BindGroupLayoutDescriptor, BindGroupLayoutEntries, BlendState,
            CachedRenderPipelineId, ColorTargetState, ColorWrites, Extent3d, FilterMode, FragmentState, Origin3d,
            PipelineCache, PrimitiveState, PrimitiveTopology, RenderPipelineDescriptor, Sampler, SamplerBindingType,
            SamplerDescriptor, ShaderStages, ShaderType, TexelCopyBufferLayout, TexelCopyTextureInfo, Texture,
            TextureAspect, TextureDescriptor, TextureDimension, TextureFormat, TextureSampleType, TextureUsages,
            TextureViewDescriptor, UniformBuffer, VertexState,
            binding_types::{sampler, texture_2d, uniform_buffer},
        },
        renderer::{RenderDevice, RenderQueue},
        sync_world::RenderEntity,
    },
};
use bevy_egui::{
    egui::{Id, PaintCallbackInfo, Painter, Rect, Vec2, vec2},
    render::{EguiBevyPaintCallback, EguiBevyPaintCallbackImpl, EguiPipelineKey},
};

/// A place that was not painted for so many frames gives its textures back.
const KEPT_FRAMES: u32 = 120;
/// Sides longer than this, in pixels, are not taken to the graphics card: every card takes these.
const LONGEST: usize = 4096;

/// Prepares the painting of pictures; does nothing where nothing is drawn.
pub(super) fn plugin(app: &mut App) {
    let Some(mut shaders) = app.world_mut().get_resource_mut::<Assets<Shader>>() else { return };
    let shader = shaders.add(Shader::from_wgsl(include_str!("canvas.wgsl"), "hallway/canvas.wgsl"));
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render
            .insert_resource(Easel { shader, pipelines: HashMap::new(), places: HashMap::new(), smooth: None })
            .add_systems(Render, tidy.in_set(RenderSystems::Cleanup));
    }
}

/// The largest rectangle of a shape (width by height) within another, in its middle.
#[must_use]
pub fn fitted(within: Rect, shape: Vec2) -> Rect {
    let scale = (within.width() / shape.x).min(within.height() / shape.y);
    Rect::from_center_size(within.center(), shape * scale)
}

/// Paints a picture so that it fills a rectangle: what does not fit is cut off evenly. `place` names the rectangle from
/// frame to frame; `mirrored` shows left and right as a mirror does, for the own camera.
pub fn paint(painter: &Painter, place: Id, rect: Rect, radius: f32, shown: &Shown, mirrored: bool) {
    if rect.width() < 1.0 || rect.height() < 1.0 {
        return;
    }
    let shape = vec2(shown.picture.width() as f32, shown.picture.height() as f32);
    let stroke = Stroke { place, shown: shown.clone(), crop: crop(shape, rect.size(), mirrored), radius };
    painter.add(EguiBevyPaintCallback::new_paint_callback(rect, stroke));
}

/// The part of a picture that fills a rectangle: left, top, right, bottom.
fn crop(picture: Vec2, rect: Vec2, mirrored: bool) -> [f32; 4] {
    let scale = (rect.x / picture.x).max(rect.y / picture.y);
    let half = rect / (picture * scale) / 2.0;
    let (left, right) = (0.5 - half.x, 0.5 + half.x);
    let (left, right) = if mirrored { (right, left) } else { (left, right) };
    [left, 0.5 - half.y, right, 0.5 + half.y]
}

/// One painting of one picture.
struct Stroke {
    place: Id,
    shown: Shown,
    crop: [f32; 4],
    /// In points.
    radius: f32,
}

/// What the shader is told.
#[derive(Clone, Copy, Default, ShaderType)]
struct Frame {
    crop: Vec4,
    size: bevy::math::Vec2,
    radius: f32,
    spare: f32,
}

/// All that painting needs, in the render world.
#[derive(Resource)]
struct Easel {
    shader: Handle<Shader>,
    pipelines: HashMap<EguiPipelineKey, CachedRenderPipelineId>,
    places: HashMap<Id, Canvas>,
    smooth: Option<Sampler>,
}

/// The textures of one place.
struct Canvas {
    size: (usize, usize),
    planes: [Texture; 3],
    frame: UniformBuffer<Frame>,
    binding: BindGroup,
    /// Which picture is in the textures, and where that is kept: a new stream counts anew.
    holds: Option<(u64, std::sync::Arc<Picture>)>,
    unused_frames: u32,
}

fn tidy(mut easel: ResMut<Easel>) {
    easel.places.retain(|_, canvas| {
        canvas.unused_frames += 1;
        canvas.unused_frames <= KEPT_FRAMES
    });
}

fn layout() -> BindGroupLayoutDescriptor {
    let plane = || texture_2d(TextureSampleType::Float { filterable: true });
    let entries = BindGroupLayoutEntries::sequential(
        ShaderStages::FRAGMENT,
        (uniform_buffer::<Frame>(false), plane(), plane(), plane(), sampler(SamplerBindingType::Filtering)),
    );
    BindGroupLayoutDescriptor::new("call picture", &entries)
}

fn pipeline(shader: Handle<Shader>, key: EguiPipelineKey) -> RenderPipelineDescriptor {
    RenderPipelineDescriptor {
        label: Some("call picture".into()),
        layout: vec![layout()],
        vertex: VertexState { shader: shader.clone(), entry_point: Some("corner".into()), ..default() },
        primitive: PrimitiveState { topology: PrimitiveTopology::TriangleStrip, ..default() },
        fragment: Some(FragmentState {
            shader,
            entry_point: Some("paint".into()),
            targets: vec![Some(ColorTargetState {
                format: key.target_format,
                blend: Some(BlendState::ALPHA_BLENDING),
                write_mask: ColorWrites::ALL,
            })],
            ..default()
        }),
        ..default()
    }
}

impl EguiBevyPaintCallbackImpl for Stroke {
    fn update(&self, info: PaintCallbackInfo, _: RenderEntity, key: EguiPipelineKey, world: &mut World) {
        let picture = &self.shown.picture;
        if picture.width().max(picture.height()) > LONGEST {
            return;
        }
        world.resource_scope(|world, mut easel: Mut<Easel>| {
            let device = world.resource::<RenderDevice>();
            let queue = world.resource::<RenderQueue>();
            let cache = world.resource::<PipelineCache>();
            let Easel { shader, pipelines, places, smooth } = &mut *easel;
            pipelines.entry(key).or_insert_with(|| cache.queue_render_pipeline(pipeline(shader.clone(), key)));
            let smooth = smooth.get_or_insert_with(|| device.create_sampler(&smooth_sampler()));
            let size = (picture.width(), picture.height());
            if places.get(&self.place).is_none_or(|canvas| canvas.size != size) {
                places.insert(self.place, Canvas::new(size, smooth, device, queue, cache));
            }
            if let Some(canvas) = places.get_mut(&self.place) {
                canvas.take(&self.shown, queue);
                // Not `viewport_in_pixels`, which does not know the screen's size at this point.
                let pixels = info.viewport.size() * info.pixels_per_point;
                canvas.frame.set(Frame {
                    crop: Vec4::from_array(self.crop),
                    size: bevy::math::vec2(pixels.x, pixels.y),
                    radius: self.radius * info.pixels_per_point,
                    spare: 0.0,
                });
                canvas.frame.write_buffer(device, queue);
            }
        });
    }

    fn render<'pass>(
        &self,
        _: PaintCallbackInfo,
        pass: &mut TrackedRenderPass<'pass>,
        _: RenderEntity,
        key: EguiPipelineKey,
        world: &'pass World,
    ) {
        let easel = world.resource::<Easel>();
        let pipeline =
            easel.pipelines.get(&key).and_then(|id| world.resource::<PipelineCache>().get_render_pipeline(*id));
        // The pipeline may still be on its way.
        if let (Some(pipeline), Some(canvas)) = (pipeline, easel.places.get(&self.place)) {
            pass.set_render_pipeline(pipeline);
            pass.set_bind_group(0, &canvas.binding, &[]);
            pass.draw(0..4, 0..1);
        }
    }
}

fn smooth_sampler() -> SamplerDescriptor<'static> {
    SamplerDescriptor { mag_filter: FilterMode::Linear, min_filter: FilterMode::Linear, ..default() }
}

impl Canvas {
    fn new(
        size: (usize, usize),
        smooth: &Sampler,
        device: &RenderDevice,
        queue: &RenderQueue,
        cache: &PipelineCache,
    ) -> Self {
        let halves = (size.0 / 2, size.1 / 2);
        let planes = [size, halves, halves].map(|size| device.create_texture(&plane(size)));
        let views = [0, 1, 2].map(|each: usize| planes[each].create_view(&TextureViewDescriptor::default()));
        let mut frame = UniformBuffer::from(Frame::default());
        frame.write_buffer(device, queue);
        let entries = (frame.binding().expect("the buffer was just written"), &views[0], &views[1], &views[2], smooth);
        let binding = device.create_bind_group(
            "call picture",
            &cache.get_bind_group_layout(&layout()),
            &BindGroupEntries::sequential(entries),
        );
        Self { size, planes, frame, binding, holds: None, unused_frames: 0 }
    }

    /// Sends a picture to the card, unless it is there.
    fn take(&mut self, shown: &Shown, queue: &RenderQueue) {
        self.unused_frames = 0;
        let is_there = self.holds.as_ref().is_some_and(|(number, picture)| {
            *number == shown.number && std::sync::Arc::ptr_eq(picture, &shown.picture)
        });
        if is_there {
            return;
        }
        let picture = &shown.picture;
        let halves = (self.size.0 / 2, self.size.1 / 2);
        for (texture, (data, size)) in
            self.planes.iter().zip([(picture.y(), self.size), (picture.u(), halves), (picture.v(), halves)])
        {
            let into =
                TexelCopyTextureInfo { texture, mip_level: 0, origin: Origin3d::ZERO, aspect: TextureAspect::All };
            let rows = TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(size.0 as u32), rows_per_image: None };
            queue.write_texture(into, data, rows, extent(size));
        }
        self.holds = Some((shown.number, picture.clone()));
    }
}

fn plane(size: (usize, usize)) -> TextureDescriptor<'static> {
    TextureDescriptor {
        label: Some("plane of a call picture"),
        size: extent(size),
        mip_level_count: 1,
        sample_count: 1,
        dimension: TextureDimension::D2,
        format: TextureFormat::R8Unorm,
        usage: TextureUsages::TEXTURE_BINDING | TextureUsages::COPY_DST,
        view_formats: &[],
    }
}

fn extent((width, height): (usize, usize)) -> Extent3d {
    Extent3d { width: width as u32, height: height as u32, depth_or_array_layers: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui::pos2;

    #[test]
    fn a_picture_fills_its_rectangle_and_what_does_not_fit_is_cut_off_evenly() {
        let wide = vec2(640.0, 360.0);
        assert_eq!(crop(wide, vec2(320.0, 180.0), false), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(crop(wide, vec2(320.0, 180.0), true), [1.0, 0.0, 0.0, 1.0]);
        let [left, top, right, bottom] = crop(wide, vec2(180.0, 180.0), false);
        assert_eq!((top, bottom), (0.0, 1.0));
        assert!((left - (1.0 - right)).abs() < 1e-6 && (right - left - 0.5625).abs() < 1e-6, "{left} {right}");
    }

    #[test]
    fn a_picture_that_is_shown_whole_keeps_its_shape() {
        let within = Rect::from_min_size(pos2(10.0, 10.0), vec2(400.0, 400.0));
        let rect = fitted(within, vec2(1920.0, 1080.0));
        assert_eq!((rect.size(), rect.center()), (vec2(400.0, 225.0), within.center()));
    }
}
