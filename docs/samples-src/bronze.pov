// A slice of a quaternion Julia set, cast in bronze.
#version 3.7;
global_settings { assumed_gamma 1.0 max_trace_level 5 }
camera { location <1.9, 1.5, -3.1> look_at <0, -0.05, 0> right x*image_width/image_height angle 40 }
light_source { <-6, 8, -6> rgb <2.0,1.75,1.4> area_light <2,0,0>, <0,2,0>, 4, 4 adaptive 1 jitter }
light_source { <7, 2, 3> rgb <0.25,0.45,0.95> }
sky_sphere { pigment { gradient y color_map { [0 rgb <0.05,0.05,0.07>] [0.6 rgb <0.16,0.20,0.30>] [1 rgb <0.9,0.85,0.8>] } }
  pigment { wrinkles turbulence 0.4 scale <0.8,0.2,0.8> color_map { [0.5 rgbt <1,1,1,1>] [0.9 rgbt <1.2,1.1,1,0.45>] } } }
julia_fractal { <-0.162, 0.163, 0.560, -0.599> quaternion sqr max_iteration 9 precision 80 slice <0,0,0,1>, 0
  texture { pigment { spherical scale 1.5 color_map { [0 rgb <0.75,0.36,0.14>] [0.45 rgb <0.55,0.22,0.08>] [0.7 rgb <0.16,0.36,0.30>] [1 rgb <0.05,0.20,0.22>] } }
    normal { granite 0.06 scale 0.12 } finish { ambient 0.01 diffuse 0.42 specular 0.9 roughness 0.018 metallic reflection { 0.22, 0.5 metallic } } } }
plane { y, -1.15 texture { pigment { marble turbulence 0.9 scale 0.8 color_map { [0 rgb <0.05,0.05,0.06>] [0.75 rgb <0.10,0.10,0.12>] [0.9 rgb <0.45,0.42,0.38>] [1 rgb <0.12,0.12,0.14>] } }
  normal { bumps 0.015 scale 0.3 } finish { diffuse 0.6 specular 0.5 roughness 0.01 reflection { 0.04, 0.5 fresnel on } } } interior { ior 1.5 } }
