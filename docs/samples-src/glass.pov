// Glass and metal on old tiles: caustic-free, but with soft light from a window.
#version 3.7;
global_settings { assumed_gamma 1.0 max_trace_level 7 }
camera { location <0, 3.1, -7.2> look_at <0, 0.75, 0> right x*image_width/image_height angle 42 aperture 0.14 focal_point <0.2, 0.8, -0.6> blur_samples 10 variance 1/200 }
light_source { <-8, 9, -5> rgb <2.1, 1.8, 1.45> area_light <3,0,0>, <0,3,0>, 3, 3 adaptive 1 jitter }
light_source { <9, 5, -7> rgb <0.16, 0.24, 0.42> shadowless }
sky_sphere { pigment { gradient y color_map { [0 rgb <0.30,0.22,0.18>] [0.5 rgb <0.10,0.11,0.16>] [1 rgb <0.6,0.62,0.7>] } }
  pigment { boxed scale <0.35,0.5,1> translate <-0.75,0.55,-0.4> color_map { [0 rgbt <1,1,1,1>] [0.4 rgbt <2.6,2.4,2.0,0>] [1 rgbt <2.8,2.6,2.2,0>] } } }
plane { y, 0
  texture { pigment { cells scale <1.1, 1, 1.1> rotate y*31 color_map { [0 rgb <0.42,0.20,0.11>] [0.35 rgb <0.55,0.30,0.16>] [0.7 rgb <0.30,0.13,0.08>] [1 rgb <0.62,0.42,0.25>] } }
    normal { granite 0.22 scale 0.6 } finish { diffuse 0.75 specular 0.25 roughness 0.05 reflection { 0.02, 0.28 fresnel on } conserve_energy } }
  texture { pigment { checker rgbt 1 rgbt 1 } }
  texture { pigment { brick rgbt <0.1,0.08,0.07,0.25> rgbt 1 brick_size <1.1,1,1.1> mortar 0.035 rotate y*31 } }
  interior { ior 1.5 } }
#declare Gold = texture { pigment { rgb <0.95,0.62,0.22> } normal { bumps 0.03 scale 0.05 } finish { ambient 0 diffuse 0.25 specular 0.8 roughness 0.02 metallic reflection { 0.65 metallic } } }
#declare Steel = texture { pigment { rgb <0.75,0.78,0.82> } normal { ripples 0.05 scale 0.12 } finish { ambient 0 diffuse 0.2 specular 0.7 roughness 0.015 metallic reflection { 0.6 metallic } } }
#macro GlassOf(C) material { texture { pigment { rgbf <1,1,1,0.97> } finish { diffuse 0 specular 0.9 roughness 0.001 reflection { 0.03, 0.9 fresnel on } conserve_energy } }
  interior { ior 1.5 fade_distance 0.9 fade_power 1001 fade_color C } } #end
sphere { <0.15, 1.15, 0.2>, 1.15 GlassOf(<0.75,0.93,0.98>) }
sphere { <-1.85, 0.8, -0.5>, 0.8 texture { Gold } }
sphere { <1.85, 0.62, -0.75>, 0.62 texture { Steel } }
sphere { <-0.75, 0.36, -1.75>, 0.36 GlassOf(<0.98,0.35,0.25>) }
sphere { <0.85, 0.30, -1.75>, 0.30 GlassOf(<0.25,0.85,0.45>) }
torus { 0.62, 0.17 rotate x*72 rotate y*24 translate <2.35, 0.72, 1.0> texture { Gold } }
#declare R = seed(41);
#for (I, 0, 150)
  #declare A = rand(R)*6.283; #declare D = 2.1 + 3.4*rand(R); #declare S = 0.035 + 0.075*pow(rand(R),2);
  sphere { <D*cos(A), S, D*sin(A)*0.8 - 0.6>, S
    #switch (mod(I,4)) #case (0) texture { Gold } #break #case (1) texture { Steel } #break #case (2) GlassOf(<0.3,0.5,0.98>) #break
    #else texture { pigment { rgb <0.5*rand(R),0.02,0.05> } finish { diffuse 0.7 specular 0.6 roughness 0.01 reflection { 0.03,0.5 fresnel on } } } interior { ior 1.5 } #end }
#end
